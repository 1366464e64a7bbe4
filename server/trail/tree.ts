/** The tree as far as appending needs it (RFC 6962, section 2.1): its size and the roots of the full subtrees along its right edge. */
export interface TreeHead {
  size: number
  /** Largest subtree first; as many as `size` has one-bits. 32 bytes each. */
  edge: Uint8Array[]
}
