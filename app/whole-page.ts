/**
 * A page as one string, which goes to the socket as it is (server/web/node.ts). As the body of a Response it would be encoded, put into a
 * stream, taken out again and copied.
 */
export class WholePage extends Response {
  readonly markup: string

  constructor(markup: string, init: ResponseInit) {
    super(null, init)
    this.markup = markup
  }

  /** For whoever knows it as a Response. */
  override async text(): Promise<string> {
    return this.markup
  }
}
