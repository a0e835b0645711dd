declare module "mistral-tokenizer-js" {
  const tokenizer: {
    encode(text: string, beginning?: boolean, precedingSpace?: boolean): number[];
  };
  export default tokenizer;
}
