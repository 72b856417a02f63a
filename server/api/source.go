package api

import (
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/source"
)

// Source is the verification of a launch's source by services that compile it again.
type Source struct {
	Verified bool            `json:"verified"` // by at least one of the services
	Services []SourceService `json:"services"`
}

// SourceService is the verification at one service.
type SourceService struct {
	Name       string        `json:"name"`
	Status     source.Status `json:"status"`
	Match      source.Match  `json:"match,omitempty"` // of a verified source
	URL        string        `json:"url,omitempty"`   // of a verified source
	VerifiedAt *time.Time    `json:"verifiedAt,omitempty"`
}

// SourceDetail is what the operator sees of the verification at a service. A service's own
// words are in it, so it is not public.
type SourceDetail struct {
	SourceService
	Service  string     `json:"service"` // URL
	Failures int        `json:"failures"`
	Error    string     `json:"error,omitempty"`
	Next     *time.Time `json:"next,omitempty"` // when it is tried again
}

// SourceDetails returns the verification of a token's source at each service. states is as
// in Chain.
func SourceDetails(states func(common.Address) []source.State, token common.Address) (all []SourceDetail) {
	if states == nil {
		return nil
	}
	for _, s := range states(token) {
		all = append(all, NewSourceDetail(s))
	}
	return all
}

// NewSourceDetail returns the shape of a state.
func NewSourceDetail(s source.State) SourceDetail {
	d := SourceDetail{SourceService: SourceService{Name: s.Title, Status: s.Status, Match: s.Match, URL: s.URL}, Service: s.Service, Failures: s.Failures, Error: s.Error}
	if s.Status == source.Verified {
		d.VerifiedAt = &s.VerifiedAt
	} else if !s.Next.IsZero() {
		d.Next = &s.Next
	}
	return d
}

// sourceOf returns the verification of a token's source, or nil if no service is asked.
func sourceOf(states func(common.Address) []source.State, token common.Address) *Source {
	details := SourceDetails(states, token)
	if len(details) == 0 {
		return nil
	}
	s := &Source{}
	for _, d := range details {
		s.Services = append(s.Services, d.SourceService)
		s.Verified = s.Verified || d.Status == source.Verified
	}
	return s
}
