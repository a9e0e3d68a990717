import type { Model } from '../model.ts'
import type { ModelCheck } from './model-check.ts'

/** What a person should do about a check that failed, in terms of the configuration. */
export function fixOf(check: ModelCheck['check'], model: Model, status?: number): string {
  if (status === 401 || status === 403) return 'set the right key (api_key_env), or another `auth`'
  if (status === 429) return 'wait, or look at the account: its limit or its money is used up'
  switch (check) {
    case 'reachable':
      return 'look at base_url, at the proxy and the certificates, and whether the server runs'
    case 'key':
      return 'set the right key (api_key_env), or another `auth`'
    case 'listed':
      return 'set upstream_name to one that the server lists, unless it serves models that it does not list'
    case 'text':
      return status === 404
        ? 'look at upstream_name, and whether base_url ends with the version (`/v1`); some models know only `"api": "responses"`'
        : 'look at what the server says; parameters and turns can be changed in the models file'
    case 'schema':
      return model.output === 'json_schema'
        ? 'set `"output": "json_object"`, or `"none"`; or another schema_dialect'
        : 'set `"output": "none"`'
    case 'vision':
      return 'set `"supports_vision": false`'
    case 'pdf':
      return 'set `"supports_pdf": false`: it is sent the text of documents then'
    case 'audio':
      return 'set `"supports_audio": false`'
    case 'image_output':
      return 'set `"supports_image_output": false`, or another `api`'
    case 'audio_output':
      return 'set `"supports_audio_output": false`, or another `api`'
    case 'streaming':
      return 'runs work without it; live runs of this model show their text at the end'
    case 'usage':
      return 'tokens of this model will be estimated, and costs with them'
  }
}
