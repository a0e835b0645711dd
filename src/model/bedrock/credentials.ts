import type { Config } from "../../config/config.ts";
import { profiles } from "./settings.ts";
import type { AwsCredentials } from "./sigv4.ts";

/**
 * The credentials of this user: AWS_ACCESS_KEY_ID with its secret, or those of the profile
 * (AWS_PROFILE, else `default`) in `~/.aws/credentials` or `~/.aws/config`. Null where there are
 * none that can be used as they stand.
 */
export function awsCredentials(config: Config): AwsCredentials | null {
  const accessKeyId = config.get("AWS_ACCESS_KEY_ID")?.value;
  const secretAccessKey = config.get("AWS_SECRET_ACCESS_KEY")?.value;
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = config.get("AWS_SESSION_TOKEN")?.value ?? null;
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  for (const profile of profiles(config)) {
    const id = profile.get("aws_access_key_id");
    const secret = profile.get("aws_secret_access_key");
    if (id !== undefined && secret !== undefined)
      return {
        accessKeyId: id,
        secretAccessKey: secret,
        sessionToken: profile.get("aws_session_token") ?? null,
      };
  }
  return null;
}
