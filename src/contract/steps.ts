/** A check that would take longer than anyone waits. A RangeError, as an overflowing stack is. */
export class TooManySteps extends RangeError {
  constructor() {
    super("The check takes too many steps");
  }
}
