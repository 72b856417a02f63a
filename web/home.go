package web

// Home is the content of the home page: the launches of a server in sections, and the newest
// mints of all.
type Home struct {
	Path     string // of this page, with its query
	Headline string // "12 launches live, 3 opening soon"

	// The search of the request, for the form.
	Text string
	Show string // a section's id, or empty
	Sort string // or empty

	Tabs     []Tab // one for each section
	Sorts    []Tab // one for each order; they have no id and no count
	Sections []HomeSection
	Found    string // how many launches match: "3 launches match"; empty without a search
	Before   string // path of the page before; may be empty
	After    string // path of the page after; may be empty

	Mints []HomeMint
}

// Tab is a link to one section, or to the same launches in another order.
type Tab struct {
	ID, Text, URL, Count string
	Chosen               bool
}

// HomeSection is the launches of a section that the page shows.
type HomeSection struct {
	ID, Title string
	Launches  []Launch
	More      string // path of the whole section; empty if all are there
	Count     string // launches in the section
}

// HomeMint is a mint, with the launch that it is of.
type HomeMint struct {
	Mint
	Launch, Slug string
}
