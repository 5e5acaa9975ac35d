/** The names of the Bot Framework's protocol, as `botbuilder` exports them. */
const byName = <Value extends string>(values: readonly Value[]) =>
  Object.freeze(Object.fromEntries(values.map((value) => [value.charAt(0).toUpperCase() + value.slice(1), value])));

export const ActivityTypes = byName([
  'message',
  'contactRelationUpdate',
  'conversationUpdate',
  'typing',
  'endOfConversation',
  'event',
  'invoke',
  'invokeResponse',
  'deleteUserData',
  'messageUpdate',
  'messageDelete',
  'installationUpdate',
  'messageReaction',
  'suggestion',
  'trace',
  'handoff',
  'command',
  'commandResult',
  'delay',
]);

export const ActionTypes = byName([
  'openUrl',
  'imBack',
  'postBack',
  'playAudio',
  'playVideo',
  'showImage',
  'downloadFile',
  'signin',
  'call',
  'payment',
  'messageBack',
  'openApp',
]);

export const AttachmentLayoutTypes = byName(['list', 'carousel']);
export const InputHints = byName(['acceptingInput', 'ignoringInput', 'expectingInput']);
export const TextFormatTypes = byName(['markdown', 'plain', 'xml']);
export const Channels = Object.freeze({ Msteams: 'msteams', Slack: 'slack', Webchat: 'webchat', Directline: 'directline' });
