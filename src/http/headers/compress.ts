import compression from 'compression'

/** Compresses what is larger than a few packets, for who reads that; a stream of events never. */
export const compress = compression({
  threshold: 4096,
  filter: (request, response) =>
    response.getHeader('Content-Type') !== 'text/event-stream' && compression.filter(request, response),
})
