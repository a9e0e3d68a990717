import { writeFile } from 'node:fs/promises'

const WIDTH = 64
const LAYERS = 2
const HEADS = 4
const INNER = 128
const BYTES = 256
/** `<unk>`, `<s>`, `</s>`, then one token for each byte. */
const VOCABULARY = BYTES + 3
const ALIGNMENT = 32

/** Types of values in a GGUF file. */
const UINT32 = 4
const INT32 = 5
const FLOAT32 = 6
const STRING = 8
const ARRAY = 9

/** Writes a llama model with random weights, the same each time, as a GGUF file (version 3). It knows bytes, no words. */
export async function writeRandomModel(path: string): Promise<void> {
  const tokens = ['<unk>', '<s>', '</s>', ...Array.from({ length: BYTES }, (_, byte) => byteToken(byte))]
  const facts = [
    fact('general.architecture', STRING, text('llama')),
    fact('general.name', STRING, text('random')),
    fact('llama.context_length', UINT32, uint32(4096)),
    fact('llama.embedding_length', UINT32, uint32(WIDTH)),
    fact('llama.block_count', UINT32, uint32(LAYERS)),
    fact('llama.feed_forward_length', UINT32, uint32(INNER)),
    fact('llama.attention.head_count', UINT32, uint32(HEADS)),
    fact('llama.attention.head_count_kv', UINT32, uint32(HEADS)),
    fact('llama.attention.layer_norm_rms_epsilon', FLOAT32, floats([1e-5])),
    fact('llama.rope.dimension_count', UINT32, uint32(WIDTH / HEADS)),
    fact('tokenizer.ggml.model', STRING, text('llama')),
    fact('tokenizer.ggml.tokens', ARRAY, array(STRING, tokens.map(text))),
    fact('tokenizer.ggml.scores', ARRAY, array(FLOAT32, [floats(tokens.map(() => 0))], tokens.length)),
    fact('tokenizer.ggml.token_type', ARRAY, array(INT32, tokens.map(typeOf))),
    fact('tokenizer.ggml.unknown_token_id', UINT32, uint32(0)),
    fact('tokenizer.ggml.bos_token_id', UINT32, uint32(1)),
    fact('tokenizer.ggml.eos_token_id', UINT32, uint32(2)),
  ]
  const tensors = shapes()
  let offset = 0
  const described = tensors.map(([name, shape]) => {
    const at = offset
    offset += aligned(4 * sizeOf(shape))
    return Buffer.concat([text(name), uint32(shape.length), ...shape.map(uint64), uint32(0), uint64(at)])
  })
  const magic = Buffer.concat([Buffer.from('GGUF'), uint32(3), uint64(tensors.length), uint64(facts.length)])
  const head = Buffer.concat([magic, ...facts, ...described])
  const draw = drawsFrom(1)
  const weights = tensors.map(([name, shape]) => {
    const isNorm = name.includes('norm')
    return padded(floats(Array.from({ length: sizeOf(shape) }, () => (isNorm ? 1 : draw() - 0.5))))
  })
  await writeFile(path, Buffer.concat([padded(head), ...weights]))
}

function shapes(): [name: string, shape: number[]][] {
  const layers = Array.from({ length: LAYERS }, (_, layer): [string, number[]][] => [
    [`blk.${layer}.attn_norm.weight`, [WIDTH]],
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output'].map((name): [string, number[]] => [
      `blk.${layer}.${name}.weight`,
      [WIDTH, WIDTH],
    ]),
    [`blk.${layer}.ffn_norm.weight`, [WIDTH]],
    [`blk.${layer}.ffn_gate.weight`, [WIDTH, INNER]],
    [`blk.${layer}.ffn_up.weight`, [WIDTH, INNER]],
    [`blk.${layer}.ffn_down.weight`, [INNER, WIDTH]],
  ])
  return [
    ['token_embd.weight', [WIDTH, VOCABULARY]],
    ['output_norm.weight', [WIDTH]],
    ['output.weight', [WIDTH, VOCABULARY]],
    ...layers.flat(),
  ]
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function drawsFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
/** Unknown, control or byte, as GGUF numbers them. */
const typeOf = (_: string, index: number): Buffer => uint32(index === 0 ? 2 : index < 3 ? 3 : 6)

const uint32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
const uint64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}
const floats = (values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer)
const text = (value: string): Buffer => Buffer.concat([uint64(Buffer.byteLength(value)), Buffer.from(value)])
const array = (type: number, items: readonly Buffer[], length = items.length): Buffer =>
  Buffer.concat([uint32(type), uint64(length), ...items])
const fact = (key: string, type: number, value: Buffer): Buffer =>
  Buffer.concat([text(key), uint32(type), value])
const sizeOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 1)
const aligned = (size: number): number => Math.ceil(size / ALIGNMENT) * ALIGNMENT
const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)])
