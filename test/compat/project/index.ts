import './acme/syncs/contacts.js';
import './acme/actions/create-contact.js';
import './acme/actions/fail-on-purpose.js';
