package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Imports are the counts of imports between the packages of a tree. Go allows no
// circles between them.
type Imports struct {
	Packages int `json:"packages"`
	Arrows   int `json:"arrows"`
	Floors   int `json:"floors"` // packages on the longest path of imports
}

var moduleLine = regexp.MustCompile(`(?m)^module\s+"?([^\s"]+)`)

// countImports counts the imports between packages; imports are those of each folder.
// Modules are those of the go.mod files in the tree; without any, there are no arrows.
func countImports(dir string, imports map[string][]string) Imports {
	folders := map[string]string{} // by import path
	for folder := range imports {
		for parent := folder; ; parent = filepath.ToSlash(filepath.Dir(parent)) {
			text, err := os.ReadFile(filepath.Join(dir, parent, "go.mod"))
			if m := moduleLine.FindSubmatch(text); err == nil && m != nil {
				rest := strings.TrimPrefix(strings.TrimPrefix(folder, parent), "/")
				if parent == "." && folder != "." {
					rest = folder
				}
				folders[strings.TrimSuffix(string(m[1])+"/"+rest, "/")] = folder
				break
			}
			if parent == "." {
				break
			}
		}
	}
	uses := map[string][]string{}
	for folder, paths := range imports {
		for _, p := range paths {
			if to, ours := folders[p]; ours && to != folder && !slices.Contains(uses[folder], to) {
				uses[folder] = append(uses[folder], to)
			}
		}
	}
	c := Imports{Packages: len(imports)}
	depth := map[string]int{}
	var floor func(folder string) int
	floor = func(folder string) int {
		if depth[folder] == 0 {
			depth[folder] = 1 // code that does not build may have a circle
			deepest := 0
			for _, to := range uses[folder] {
				deepest = max(deepest, floor(to))
			}
			depth[folder] = deepest + 1
		}
		return depth[folder]
	}
	for folder := range imports {
		c.Arrows += len(uses[folder])
		c.Floors = max(c.Floors, floor(folder))
	}
	return c
}
