//go:build linux

package main

import (
	"encoding/json"
	"io"
	"math"
)

// asJSON writes all figures and goals as one object.
func (r report) asJSON(w io.Writer, machine string) error {
	type figure struct {
		Row       string    `json:"row"`
		Contender string    `json:"contender"`
		Median    *float64  `json:"median"`
		Runs      []float64 `json:"runs"` // values that are no numbers are left out
	}
	type reach struct {
		Group   string  `json:"group"`
		Title   string  `json:"title"`
		Value   float64 `json:"value"`
		Target  float64 `json:"target"`
		Most    bool    `json:"targetIsMaximum"`
		ByCPU   float64 `json:"byProcessorTime,omitempty"`
		Reached bool    `json:"reached"`
	}
	out := struct {
		Machine string   `json:"machine"`
		Runs    int      `json:"runs"`
		Groups  []string `json:"groups"`
		Figures []figure `json:"figures"`
		Goals   []reach  `json:"goals"`
		Faults  []string `json:"faults"`
	}{Machine: machine, Runs: r.runs, Groups: r.plan.groups, Figures: []figure{}, Goals: []reach{}, Faults: []string{}}
	for _, row := range r.rows {
		for _, name := range sortedKeys(r.values[row]) {
			f := figure{Row: row, Contender: name, Runs: []float64{}}
			for _, v := range r.values[row][name] {
				if !math.IsNaN(v) && !math.IsInf(v, 0) {
					f.Runs = append(f.Runs, v)
				}
			}
			if len(f.Runs) > 0 {
				m := percentile(f.Runs, 50)
				f.Median = &m
			}
			out.Figures = append(out.Figures, f)
		}
	}
	for _, g := range r.goals() {
		if !math.IsInf(g.value, 0) {
			out.Goals = append(out.Goals, reach{g.group, g.title, g.value, g.target, g.most, g.byCPU, g.reached()})
		}
	}
	for _, err := range r.faults {
		out.Faults = append(out.Faults, err.Error())
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(out)
}
