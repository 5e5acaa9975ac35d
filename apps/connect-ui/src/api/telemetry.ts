/** What this page reports to its own server (spec/auth.md §7.6). */
export type TelemetryEvent =
  | 'open'
  | 'view:list'
  | 'view:integration'
  | 'view:unknown_error'
  | 'view:credentials_error'
  | 'view:success'
  | 'click:integration'
  | 'click:doc'
  | 'click:doc_section'
  | 'click:connect'
  | 'click:close'
  | 'click:finish'
  | 'click:outside'
  | 'popup:blocked_by_browser'
  | 'popup:closed_early';

/** Sends an event that outlives the page. It is a JSON body: the API refuses any other type. */
export function sendTelemetry(apiUrl: string, token: string, event: TelemetryEvent, integration?: string): void {
  const body = { token, event, timestamp: new Date().toISOString(), ...(integration ? { dimensions: { integration } } : {}) };
  navigator.sendBeacon(`${apiUrl}/connect/telemetry`, new Blob([JSON.stringify(body)], { type: 'application/json' }));
}
