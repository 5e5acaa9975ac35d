import { actions, CardFactory } from './cards.js';
import * as names from './names.js';

type Fields = Readonly<Record<string, unknown>>;

function message(fields: Fields, text?: string, speak?: string, inputHint?: string): Fields {
  const said = { ...(text ? { text } : {}), ...(speak ? { speak } : {}) };
  return { type: 'message', ...fields, ...said, inputHint: inputHint ?? 'acceptingInput' };
}

const inLayout =
  (attachmentLayout: 'list' | 'carousel') =>
  (attachments: readonly unknown[], ...said: (string | undefined)[]) =>
    message({ attachmentLayout, attachments }, ...said);

/** What makes activities; sending them takes a call of the Bot Connector API. */
const MessageFactory = Object.freeze({
  text: (text: string, speak?: string, inputHint?: string) => ({ ...message({}, undefined, speak, inputHint), text }),
  suggestedActions: (list: Parameters<typeof actions>[0], ...said: (string | undefined)[]) =>
    message({ suggestedActions: { actions: actions(list) } }, ...said),
  attachment: (attachment: unknown, ...said: (string | undefined)[]) => inLayout('list')([attachment], ...said),
  list: inLayout('list'),
  carousel: inLayout('carousel'),
  contentUrl: (contentUrl: string, contentType: string, name?: string, ...said: (string | undefined)[]) =>
    inLayout('list')([{ contentType, contentUrl, ...(name ? { name } : {}) }], ...said),
});

/** Parts that answer requests of the Bot Framework, or call it over connections and with credentials of their own. */
const REFUSED = (
  'ActivityHandler BotAdapter BotFrameworkAdapter BotFrameworkHttpClient BotState CloudAdapter ConfigurationBotFrameworkAuthentication ' +
  'ConfigurationServiceClientCredentialFactory ConversationState MemoryStorage TeamsActivityHandler TeamsInfo TurnContext UserState ' +
  'createBotFrameworkAuthenticationFromConfiguration'
).split(' ');

function refused(name: string): () => never {
  const Refused = function (): never {
    throw new Error(
      `botbuilder.${name} is not available to functions, which serve nothing and hold no connection: send activities with nango.post to the Bot Connector API`,
    );
  };
  Object.defineProperty(Refused, 'name', { value: name });
  return Refused;
}

const botbuilder = {
  ...names,
  CardFactory,
  MessageFactory,
  ...Object.fromEntries(REFUSED.map((name) => [name, refused(name)])),
};

/** What of `botbuilder` is data: cards, messages and names (spec/functions.md §3.3). */
export const botbuilderModule = Object.freeze({ ...botbuilder, default: botbuilder, __esModule: true });
