package web

// Share is the content of a page with everything that shares another page: links that open the
// composer of a network, the link to copy, a QR code, and, for a launch, badges and a widget.
type Share struct {
	What    string // what is shared: "Ping (PING): 5,000 for 0.10 USDC"
	Back    string // path of the page that is shared
	BackTo  string // its name: "Ping"
	URL     string // to share, with campaign parameters
	Intents []Link
	QR      string // path of its QR code without an ending
	Query   string // of QR: "?ref=a", or empty
	File    string // name of a downloaded QR code, without an ending

	// Of a launch only.
	Badge, Markdown, HTML string // path of the badge; code that shows it
	Embed, Frame          string // path of the widget; code that shows it
	FrameHeight           int
	Creator               *Link // who launched it without the operator; nil: the operator did
}
