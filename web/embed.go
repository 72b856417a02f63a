package web

// Embed is the widget of a launch, which other sites show in a frame. It never signs and
// connects no wallet: a page that frames it can cover it, move it below the pointer or make it invisible,
// and so choose what its visitors click (clickjacking). A click in the widget opens the launch's
// page in a window of its own, where no other site can lie above the button.
type Embed struct {
	Launch Launch
	Shade  string // "light" or "dark"; empty: the visitor's own
	Href   string // of the launch's page, with the campaign parameters of the frame's URL
	Notice string // that the money is worth nothing, or empty
}
