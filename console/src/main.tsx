import './styles/tokens.css'
import './styles/base.css'
import './styles/shell.css'
import './styles/parts.css'
import './styles/fields.css'
import './styles/tables.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { takeKey, takeLaterKeys } from './app/take-key.ts'
import { applyTheme } from './app/theme.ts'

applyTheme()
const root = document.getElementById('root')
// Before anything else reads the address, so that the key is in it no more.
const key = takeKey()
takeLaterKeys()
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App givenKey={key} />
    </StrictMode>,
  )
}
