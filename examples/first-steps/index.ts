import './fairlead/syncs/providers.js';
import './fairlead/actions/describe-provider.js';
