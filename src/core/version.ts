import manifest from "../../package.json" with { type: "json" };

/** The version of this runtime, X.Y.Z. */
export const VERSION: string = manifest.version;
