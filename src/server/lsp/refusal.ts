/** Why something is not done, for whoever asked for it. */
export class Refusal extends Error {}
