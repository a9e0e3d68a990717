import { CopyText } from '../copy-text.tsx'
import { Modal } from '../page/modal.tsx'
import { asClientCode, asCurl, type WrittenCall } from './calls-as-code.ts'

/** A call as a command and as code, to be copied. */
export function CodeDialog({ call, onClose }: { call: WrittenCall; onClose: () => void }) {
  return (
    <Modal title="The same call from elsewhere" onClose={onClose}>
      <CopyText name="curl" text={asCurl(call)} />
      <CopyText name="@splitrun/client" text={asClientCode(call)} />
      <p className="quiet">
        <code>TOKEN</code> stands for a key with the scope run:write.{' '}
        {call.files.length > 0 && 'The names of the files stand for yours. '}
        Without <code>revision_id</code>, a revision is drawn by weight.
      </p>
      <button type="button" onClick={onClose}>
        Close
      </button>
    </Modal>
  )
}
