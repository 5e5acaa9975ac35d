export interface Grant {
  /** Refreshes that were accepted. */
  readonly accepted: number;
  /** A refresh token was shown twice. */
  readonly revoked: boolean;
  readonly accessToken: string;
  readonly refreshToken: string;
}

export interface RotatingProvider {
  /** In the format of the provider catalogue: `chaos-rotating`. */
  readonly catalogue: Readonly<Record<string, object>>;
  newGrant(): Grant;
  setLatency(milliseconds: () => number): void;
  isAsked(): boolean;
  asked(): Promise<unknown>;
  close(): Promise<void>;
}

export declare function startRotatingProvider(): Promise<RotatingProvider>;
