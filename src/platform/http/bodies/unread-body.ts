/** Stands for a body that could not be read: whoever sent it is told so once it is known who that is. */
export class UnreadBody {
  constructor(readonly error: Error) {}
}
