/** Where things live on this machine; absolute. Nothing is created here. */
export interface Paths {
  /** config.yaml, .env */
  readonly config: string;
  /** stats and recordings */
  readonly data: string;
  /** locks, breakers, sockets, trusted folders */
  readonly state: string;
  readonly cache: string;
}
