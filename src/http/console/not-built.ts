/** What stands at the console's place while it is not built. Browsers ask again by themselves. */
export const NOT_BUILT = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="refresh" content="3">
<title>The console is not built</title>
<h1>The console is not built</h1>
<p><code>npm start</code> builds it when it starts, which takes some seconds; this page then shows it.</p>
<p>Elsewhere, build it in the checkout, and then this page shows it:</p>
<pre>npm install
npm run build:console</pre>
<p>The API does not need it.</p>
</html>
`
