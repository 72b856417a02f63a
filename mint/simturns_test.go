package mint_test

import (
	"math/rand/v2"
	"slices"
)

// simTurns gives the turn to the engine's parts as a seed says: each request is made at once
// and answered late, or made late, and what other parts do in between is drawn. The answers
// come in any order, also after blocks, reorgs and steps.
//
// Parts have goroutines of their own. One runs at a time. The play's own goroutine
// hands out the turn.
type simTurns struct {
	rng     *rand.Rand
	parked  []*simPart // at a request, or not begun
	running *simPart   // nil: the play itself
	inside  *bool      // the play does something within a request: it is not interrupted
	late    int        // requests during which another part ran
}

type simPart struct {
	resume chan struct{} // it has the turn
	paused chan struct{} // it gave the turn back
}

// newSimTurns draws from numbers of its own, so that the rest of a history stays what it is.
// One history in four has no parts side by side; then it is nil.
func newSimTurns(seed uint64) *simTurns {
	rng := rand.New(rand.NewPCG(seed, 16))
	if rng.IntN(4) == 0 {
		return nil
	}
	return &simTurns{rng: rng}
}

// Wait makes a request of the part that runs.
func (s *simTurns) Wait(do func()) {
	part := s.running
	switch early := s.rng.IntN(2) == 0; {
	case *s.inside:
		do()
	case part == nil:
		s.some()
		do()
		s.some()
	case early:
		do()
		s.park(part)
	default:
		s.park(part)
		do()
	}
}

// park gives the turn back until the part gets it again.
func (s *simTurns) park(part *simPart) {
	s.parked = append(s.parked, part)
	part.paused <- struct{}{}
	<-part.resume
}

// Start adds a part. It begins at once, or later.
func (s *simTurns) Start(do func()) {
	part := &simPart{make(chan struct{}), make(chan struct{})}
	go func() {
		<-part.resume
		do()
		part.paused <- struct{}{}
	}()
	s.parked = append(s.parked, part)
}

// All runs parts until each of them has ended.
func (s *simTurns) All(parts ...func()) {
	if *s.inside {
		for _, part := range parts {
			part()
		}
		return
	}
	left := len(parts)
	for _, part := range parts {
		s.Start(func() {
			part()
			left--
		})
	}
	for self := s.running; left > 0; {
		if self == nil {
			s.one()
		} else {
			s.park(self)
		}
	}
}

// one lets a part run until its next request or its end.
func (s *simTurns) one() {
	i := s.rng.IntN(len(s.parked))
	part := s.parked[i]
	s.parked = slices.Delete(s.parked, i, i+1)
	s.running = part
	s.late++
	part.resume <- struct{}{}
	<-part.paused
	s.running = nil
}

// some lets a few parts run on.
func (s *simTurns) some() {
	if s == nil || s.running != nil || *s.inside {
		return
	}
	for s.rng.IntN(3) > 0 && len(s.parked) > 0 {
		s.one()
	}
}

// end lets all parts run to their end.
func (s *simTurns) end() {
	for s != nil && s.running == nil && len(s.parked) > 0 {
		s.one()
	}
}
