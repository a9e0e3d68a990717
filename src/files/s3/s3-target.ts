/** Where objects are, and with which keys they are reached. */
export interface S3Target {
  readonly bucket: string
  /** Before the keys of all objects: empty, or with a slash at its end. */
  readonly prefix: string
  /** Of the server; the bucket is not in it. */
  readonly endpoint: URL
  /** As callers reach the same server; null: they do not. */
  readonly publicEndpoint: URL | null
  readonly region: string
  /** Whether the bucket stands in the path of URLs, and not in their host. */
  readonly pathStyle: boolean
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | null
}

const S3_URL = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:\/[A-Za-z0-9._~-]+)*)\/?$/

/** Bucket and prefix of `s3://bucket/prefix`. @throws for what is none */
export function readS3Url(text: string): Pick<S3Target, 'bucket' | 'prefix'> {
  const [, bucket, path] = S3_URL.exec(text) ?? []
  if (bucket === undefined || path === undefined || /\/\.{1,2}(\/|$)/.test(path)) {
    throw new Error('expected something like s3://bucket/prefix, the prefix of letters, digits and . _ ~ -')
  }
  return { bucket, prefix: path === '' ? '' : `${path.slice(1)}/` }
}

/** The URL of an object, or of the bucket where the key is empty. */
export function urlOf({ bucket, pathStyle }: S3Target, endpoint: URL, key: string): URL {
  const url = new URL(endpoint)
  const base = url.pathname.replace(/\/$/, '')
  if (!pathStyle) url.host = `${bucket}.${url.host}`
  url.pathname = pathStyle ? `${base}/${bucket}${key === '' ? '' : `/${key}`}` : `${base}/${key}`
  return url
}

/** As a person calls it. */
export const nameOfTarget = ({ bucket, prefix, endpoint }: S3Target): string =>
  `s3://${bucket}/${prefix.replace(/\/$/, '')} at ${endpoint.origin}`
