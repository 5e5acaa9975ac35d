import type { ErrorType } from '#libs/connect';
import type { Language } from './accepted-language.js';

/** Causes an end user can tell apart, and do something about. */
type Cause = 'ended' | 'browser' | 'declined' | 'refused' | 'setup' | 'input' | 'rejected' | 'gone' | 'access' | 'internal';

const CAUSES: Readonly<Record<ErrorType, Cause>> = {
  state_err: 'ended',
  state_cookie_err: 'browser',
  callback_err: 'declined',
  token_err: 'refused',
  auth_mode_err: 'setup',
  provider_config_err: 'setup',
  unknown_config_key: 'setup',
  missing_hmac: 'setup',
  invalid_hmac: 'setup',
  url_param_err: 'input',
  connection_test_failed: 'rejected',
  connection_validation_failed: 'rejected',
  connection_not_found: 'gone',
  account_or_environment_retrieval_err: 'access',
  unknown_err: 'internal',
};

/** What went wrong, and what to do. */
type Explained = readonly [what: string, cure: string];

export interface PageTexts {
  readonly connected: string;
  readonly close: string;
  readonly pending: string;
  readonly failed: string;
  readonly details: string;
  readonly causes: Readonly<Record<Cause, Explained>>;
}

const en: PageTexts = {
  connected: 'Your account is connected',
  close: 'You can close this window.',
  pending: 'One step is left: somebody has to approve the installation at the provider. You can close this window.',
  failed: 'Your account could not be connected',
  details: 'Details',
  causes: {
    ended: [
      'This sign-in has ended.',
      'It was already finished, or it took longer than an hour. Close this window and start again.',
    ],
    browser: [
      'This sign-in was begun in another browser.',
      'Close this window and start again, with cookies allowed, and stay in one browser.',
    ],
    declined: [
      'The provider did not give access.',
      'If you declined by mistake, close this window and try again. Otherwise ask an administrator of your account there.',
    ],
    refused: [
      'The provider did not hand out a token.',
      'Close this window and try again. If it keeps happening, tell the developer of the app you came from.',
    ],
    setup: [
      'This integration is not set up correctly.',
      'There is nothing you can do here. Please tell the developer of the app you came from; the details below help.',
    ],
    input: [
      'Something that was entered does not fit.',
      'Close this window, check what you entered and try again. The details below name the field.',
    ],
    rejected: [
      'The provider was reached, but did not accept these credentials.',
      'Close this window, check them and their permissions, and try again.',
    ],
    gone: ['The connection to renew does not exist any more.', 'Close this window and connect your account anew.'],
    access: ['Your time to connect has run out.', 'Close this window, reload the page you came from and start again.'],
    internal: ['Something went wrong on our side.', 'Close this window and try again in a few minutes.'],
  },
};

const de: PageTexts = {
  connected: 'Ihr Konto ist verbunden',
  close: 'Sie können dieses Fenster schließen.',
  pending: 'Ein Schritt fehlt noch: Jemand muss die Installation beim Anbieter freigeben. Sie können dieses Fenster schließen.',
  failed: 'Ihr Konto konnte nicht verbunden werden',
  details: 'Einzelheiten',
  causes: {
    ended: [
      'Diese Anmeldung ist beendet.',
      'Sie wurde schon abgeschlossen oder hat länger als eine Stunde gedauert. Schließen Sie dieses Fenster und beginnen Sie von vorn.',
    ],
    browser: [
      'Diese Anmeldung wurde in einem anderen Browser begonnen.',
      'Schließen Sie dieses Fenster, erlauben Sie Cookies und beginnen Sie von vorn, alles im selben Browser.',
    ],
    declined: [
      'Der Anbieter hat keinen Zugriff gewährt.',
      'Falls Sie versehentlich abgelehnt haben, schließen Sie dieses Fenster und versuchen Sie es noch einmal. Fragen Sie sonst einen Administrator Ihres Kontos dort.',
    ],
    refused: [
      'Der Anbieter hat kein Token ausgestellt.',
      'Schließen Sie dieses Fenster und versuchen Sie es noch einmal. Wenn es wieder geschieht, melden Sie es den Entwicklern der App, aus der Sie kommen.',
    ],
    setup: [
      'Diese Integration ist nicht richtig eingerichtet.',
      'Hier können Sie nichts tun. Bitte melden Sie es den Entwicklern der App, aus der Sie kommen; die Einzelheiten unten helfen dabei.',
    ],
    input: [
      'Eine Eingabe passt nicht.',
      'Schließen Sie dieses Fenster, prüfen Sie Ihre Eingaben und versuchen Sie es noch einmal. Die Einzelheiten unten nennen das Feld.',
    ],
    rejected: [
      'Der Anbieter wurde erreicht, hat diese Zugangsdaten aber nicht angenommen.',
      'Schließen Sie dieses Fenster, prüfen Sie Zugangsdaten und Berechtigungen und versuchen Sie es noch einmal.',
    ],
    gone: [
      'Die Verbindung, die erneuert werden soll, gibt es nicht mehr.',
      'Schließen Sie dieses Fenster und verbinden Sie Ihr Konto neu.',
    ],
    access: [
      'Die Zeit zum Verbinden ist abgelaufen.',
      'Schließen Sie dieses Fenster, laden Sie die Seite neu, von der Sie kommen, und beginnen Sie von vorn.',
    ],
    internal: [
      'Bei uns ist etwas schiefgegangen.',
      'Schließen Sie dieses Fenster und versuchen Sie es in einigen Minuten noch einmal.',
    ],
  },
};

const fr: PageTexts = {
  connected: 'Votre compte est connecté',
  close: 'Vous pouvez fermer cette fenêtre.',
  pending: 'Il reste une étape : quelqu’un doit approuver l’installation chez le fournisseur. Vous pouvez fermer cette fenêtre.',
  failed: 'Votre compte n’a pas pu être connecté',
  details: 'Détails',
  causes: {
    ended: [
      'Cette connexion est terminée.',
      'Elle a déjà abouti, ou elle a duré plus d’une heure. Fermez cette fenêtre et recommencez.',
    ],
    browser: [
      'Cette connexion a commencé dans un autre navigateur.',
      'Fermez cette fenêtre, autorisez les cookies et recommencez dans un seul navigateur.',
    ],
    declined: [
      'Le fournisseur n’a pas accordé l’accès.',
      'Si vous avez refusé par erreur, fermez cette fenêtre et réessayez. Sinon, adressez-vous à un administrateur de votre compte.',
    ],
    refused: [
      'Le fournisseur n’a pas délivré de jeton.',
      'Fermez cette fenêtre et réessayez. Si cela se répète, prévenez les développeurs de l’application d’où vous venez.',
    ],
    setup: [
      'Cette intégration n’est pas configurée correctement.',
      'Vous ne pouvez rien y faire. Prévenez les développeurs de l’application d’où vous venez ; les détails ci-dessous les aideront.',
    ],
    input: [
      'Une valeur saisie ne convient pas.',
      'Fermez cette fenêtre, vérifiez votre saisie et réessayez. Les détails ci-dessous indiquent le champ.',
    ],
    rejected: [
      'Le fournisseur a répondu, mais n’a pas accepté ces identifiants.',
      'Fermez cette fenêtre, vérifiez les identifiants et leurs droits, puis réessayez.',
    ],
    gone: ['La connexion à renouveler n’existe plus.', 'Fermez cette fenêtre et connectez votre compte à nouveau.'],
    access: [
      'Le délai pour vous connecter est écoulé.',
      'Fermez cette fenêtre, rechargez la page d’où vous venez et recommencez.',
    ],
    internal: ['Une erreur s’est produite de notre côté.', 'Fermez cette fenêtre et réessayez dans quelques minutes.'],
  },
};

const es: PageTexts = {
  connected: 'Su cuenta está conectada',
  close: 'Puede cerrar esta ventana.',
  pending: 'Falta un paso: alguien debe aprobar la instalación en el proveedor. Puede cerrar esta ventana.',
  failed: 'No se pudo conectar su cuenta',
  details: 'Detalles',
  causes: {
    ended: [
      'Este inicio de sesión ha terminado.',
      'Ya se completó o duró más de una hora. Cierre esta ventana y empiece de nuevo.',
    ],
    browser: [
      'Este inicio de sesión empezó en otro navegador.',
      'Cierre esta ventana, permita las cookies y empiece de nuevo en un solo navegador.',
    ],
    declined: [
      'El proveedor no concedió el acceso.',
      'Si lo rechazó por error, cierre esta ventana e inténtelo de nuevo. Si no, consulte a un administrador de su cuenta.',
    ],
    refused: [
      'El proveedor no entregó ningún token.',
      'Cierre esta ventana e inténtelo de nuevo. Si vuelve a ocurrir, avise a los desarrolladores de la aplicación de la que viene.',
    ],
    setup: [
      'Esta integración no está bien configurada.',
      'Aquí no puede hacer nada. Avise a los desarrolladores de la aplicación de la que viene; los detalles de abajo les ayudarán.',
    ],
    input: [
      'Algún dato introducido no es válido.',
      'Cierre esta ventana, revise los datos e inténtelo de nuevo. Los detalles de abajo indican el campo.',
    ],
    rejected: [
      'El proveedor respondió, pero no aceptó estas credenciales.',
      'Cierre esta ventana, revise las credenciales y sus permisos e inténtelo de nuevo.',
    ],
    gone: ['La conexión que se iba a renovar ya no existe.', 'Cierre esta ventana y conecte su cuenta de nuevo.'],
    access: [
      'El tiempo para conectarse ha terminado.',
      'Cierre esta ventana, recargue la página de la que viene y empiece de nuevo.',
    ],
    internal: ['Algo falló por nuestra parte.', 'Cierre esta ventana e inténtelo de nuevo en unos minutos.'],
  },
};

export const TEXTS: Readonly<Record<Language, PageTexts>> = { en, de, fr, es };

/** What went wrong and what to do, for an end user. */
export const explain = (texts: PageTexts, errorType: ErrorType): Explained => texts.causes[CAUSES[errorType]];
