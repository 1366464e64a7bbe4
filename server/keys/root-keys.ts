/** The root keys this process works with, 32 bytes each. */
export interface RootKeys {
  rootKey: Uint8Array
  /** Those before it, as long as some keys may still be under them. */
  previousRootKeys: Uint8Array[]
}

/** Where the root key comes from. Asked once, at start: what it answers stays in memory, and everything else is opened with it. */
export interface RootKeyProvider {
  /** @throws PortalError `misconfigured`, `unavailable` with what is wrong; nothing in it is secret. */
  load(): Promise<RootKeys>
}
