type Fields = Readonly<Record<string, unknown>>;
type Action = string | Fields;
type Link = string | Fields;

interface Attachment {
  readonly contentType: string;
  readonly content: unknown;
}

const CARD = 'application/vnd.microsoft.card';
const contentTypes = Object.freeze({
  adaptiveCard: `${CARD}.adaptive`,
  animationCard: `${CARD}.animation`,
  audioCard: `${CARD}.audio`,
  heroCard: `${CARD}.hero`,
  oauthCard: `${CARD}.oauth`,
  o365ConnectorCard: 'application/vnd.microsoft.teams.card.o365connector',
  receiptCard: `${CARD}.receipt`,
  signinCard: `${CARD}.signin`,
  thumbnailCard: `${CARD}.thumbnail`,
  videoCard: `${CARD}.video`,
});

/** Text stands for a button that says it back to the bot. */
export const actions = (list: readonly Action[] | undefined): Fields[] =>
  (list ?? []).map((action) => (typeof action === 'string' ? { type: 'imBack', value: action, title: action } : action));

const links = (list: readonly Link[] | undefined): Fields[] =>
  (list ?? []).map((link) => (typeof link === 'string' ? { url: link } : link));

const ofType =
  (type: keyof typeof contentTypes) =>
  (content: unknown): Attachment => ({ contentType: contentTypes[type], content });

/** The text may be left out: then pictures, buttons and the rest come one place sooner. */
const pictured =
  (type: 'heroCard' | 'thumbnailCard') =>
  (title: string, ...given: unknown[]): Attachment => {
    const [text, images, buttons, other] = typeof given[0] === 'string' ? given : [undefined, ...given];
    return ofType(type)({
      ...(other as Fields | undefined),
      title,
      ...(text === undefined ? {} : { text }),
      images: links(images as Link[] | undefined),
      buttons: actions(buttons as Action[] | undefined),
    });
  };

const playing =
  (type: 'animationCard' | 'audioCard' | 'videoCard') =>
  (title: string, media: readonly Link[], buttons?: readonly Action[], other?: Fields): Attachment =>
    ofType(type)({ ...other, title, media: links(media), buttons: actions(buttons) });

const signin = (title: string, value?: string): Fields => ({ type: 'signin', title, ...(value === undefined ? {} : { value }) });

/** What makes attachments of cards; all of it is data. */
export const CardFactory = Object.freeze({
  contentTypes,
  adaptiveCard: ofType('adaptiveCard'),
  o365ConnectorCard: ofType('o365ConnectorCard'),
  receiptCard: ofType('receiptCard'),
  heroCard: pictured('heroCard'),
  thumbnailCard: pictured('thumbnailCard'),
  animationCard: playing('animationCard'),
  audioCard: playing('audioCard'),
  videoCard: playing('videoCard'),
  signinCard: (title: string, url: string, text?: string) =>
    ofType('signinCard')({ buttons: [signin(title, url)], ...(text ? { text } : {}) }),
  oauthCard: (connectionName: string, title: string, text?: string, link?: string) =>
    ofType('oauthCard')({ buttons: [signin(title, link)], connectionName, ...(text ? { text } : {}) }),
  actions,
  images: links,
  media: links,
});
