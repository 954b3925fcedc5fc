/** Takes the place of a body that could not be read. The client gets its error after it is authenticated. */
export class UnreadBody {
  constructor(readonly error: Error) {}
}
