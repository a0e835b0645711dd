/** An error of the protocol that belongs to no request. */
export function protocolError(status: number, code: number, message: string): Response {
  return Response.json({ jsonrpc: "2.0", id: null, error: { code, message } }, { status });
}
