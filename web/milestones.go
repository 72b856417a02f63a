package web

import (
	"slices"
	"strings"
)

// milestones are the shares of the cap, in percent, that a launch's page marks.
var milestones = []int64{25, 50, 75, 90}

// Milestone is a mark on the bar of a launch's supply.
type Milestone struct {
	Percent int64
	Reached bool
}

// Milestones returns the marks on the bar of the supply.
func (l Launch) Milestones() []Milestone {
	var all []Milestone
	for _, percent := range milestones {
		all = append(all, Milestone{percent, l.Of > 0 && l.Sold*100 >= percent*l.Of})
	}
	return all
}

// maxFaces is how many payers a launch's page shows with their pictures.
const maxFaces = 6

// Faces returns the paths of the pictures of the latest payers, newest first, each once.
func (l Launch) Faces() []string {
	var all []string
	for _, m := range l.Mints {
		face := m.Face()
		if !slices.Contains(all, face) && len(all) < maxFaces {
			all = append(all, face)
		}
	}
	return all
}

// Face returns the path of the payer's picture.
func (m Mint) Face() string { return "/avatars/" + strings.ToLower(m.Payer.Text) + ".svg" }
