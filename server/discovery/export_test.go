package discovery

// Body is the text of a document.
func Body(d document) string { return string(d.body) }

// DrawIcon draws the icon.
func DrawIcon(size int) []byte { return drawIcon(size) }

// Skeleton is the OpenAPI document without what depends on the site.
func Skeleton() []byte { return skeleton }
