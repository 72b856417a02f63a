package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Tree holds the figures of a tree, as a whole and by package. A package is named by
// its folder, relative to the root, with slashes. The root package is ".".
type Tree struct {
	Total    Figures            `json:"total"`
	Packages map[string]Figures `json:"packages"`
	Imports  Imports            `json:"imports"`

	graphs map[string]*graph
}

// skipped are names of folders with code that is not the project's own, or not part of
// the program.
var skipped = []string{"node_modules", "vendor", "testdata", "mocks", "examples", "legacy"}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT`)

// read returns the figures of the tree below dir. It returns an error if there is no Go
// code, or if a file does not parse.
func read(dir string) (*Tree, error) {
	var total counter
	packages := map[string]*counter{}
	fset := token.NewFileSet()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != dir && (strings.HasPrefix(name, ".") || slices.Contains(skipped, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil || generated.Match(text) {
			return err
		}
		f, err := parseFile(fset, path, text)
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(dir, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		if packages[folder] == nil {
			packages[folder] = &counter{}
		}
		packages[folder].add(folder, f)
		total.add(folder, f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("%s has no Go code", dir)
	}
	t := &Tree{Total: total.figures(), Packages: map[string]Figures{}, graphs: map[string]*graph{}}
	imports := map[string][]string{}
	for folder, c := range packages {
		f := c.figures()
		t.graphs[folder] = newGraph(c.names, arrowsOf(fset, c.parsed))
		f.Arrows = t.graphs[folder].count()
		t.Total.Arrows.add(f.Arrows)
		t.Packages[folder] = f
		imports[folder] = c.imports
	}
	t.Imports = countImports(dir, imports)
	return t, nil
}

// file is the raw counts of one Go file.
type file struct {
	name      string // of the file, without its folder
	parsed    *ast.File
	lines     int      // of the file
	comments  []string // the text after // of each line with a comment
	functions []function
	methods   map[string]int // by the receiver's type
	// interfaces counts the methods that each interface lists; embedded ones count
	// as one.
	interfaces map[string]int
	exported   int // exported names
	documented int // those that have a comment
}

type function struct {
	name       string
	lines      int // from func to its closing brace
	complexity int // see complexity
}

// parseFile counts the file at path, which contains text.
func parseFile(fset *token.FileSet, path string, text []byte) (*file, error) {
	parsed, err := parser.ParseFile(fset, path, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	f := &file{name: filepath.Base(path), parsed: parsed, lines: strings.Count(string(text), "\n"), comments: comments(string(text)), methods: map[string]int{}, interfaces: map[string]int{}}
	for _, d := range parsed.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			f.function(fset, d)
		case *ast.GenDecl:
			f.declaration(d)
		}
	}
	return f, nil
}

// comments returns the text after // of each line, except directives. It does not know
// strings, so it also returns the rest of a line after a URL's //.
func comments(text string) (all []string) {
	for line := range strings.Lines(text) {
		_, comment, found := strings.Cut(line, "//")
		if found && !strings.HasPrefix(comment, "go:") && !strings.HasPrefix(comment, "nolint") {
			all = append(all, strings.TrimSpace(comment))
		}
	}
	return all
}

// function counts a function or method.
func (f *file) function(fset *token.FileSet, d *ast.FuncDecl) {
	receiver := receiverOf(d)
	name := d.Name.Name
	if receiver != "" {
		f.methods[receiver]++
		name = receiver + "." + name
	}
	if ast.IsExported(d.Name.Name) && (receiver == "" || ast.IsExported(receiver)) {
		f.export(d.Doc != nil)
	}
	if d.Body != nil {
		lines := fset.Position(d.End()).Line - fset.Position(d.Pos()).Line + 1
		f.functions = append(f.functions, function{name, lines, complexity(d.Body)})
	}
}

// declaration counts the exported types, constants and variables of a declaration. A
// comment above a group counts for each of its members.
func (f *file) declaration(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		switch s := spec.(type) {
		case *ast.TypeSpec:
			if s.Name.IsExported() {
				f.export(d.Doc != nil || s.Doc != nil || s.Comment != nil)
			}
			if i, ok := s.Type.(*ast.InterfaceType); ok {
				f.interfaces[s.Name.Name] = i.Methods.NumFields()
			}
		case *ast.ValueSpec:
			for _, name := range s.Names {
				if name.IsExported() {
					f.export(d.Doc != nil || s.Doc != nil || s.Comment != nil)
				}
			}
		}
	}
}

// export counts an exported name.
func (f *file) export(documented bool) {
	f.exported++
	if documented {
		f.documented++
	}
}

// receiverOf returns the name of a method's type, or "" for a function.
func receiverOf(d *ast.FuncDecl) string {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return ""
	}
	t := d.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.ParenExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}

// complexity returns the cyclomatic complexity: 1, and 1 more for each if, for, case,
// && and ||.
func complexity(body *ast.BlockStmt) int {
	n := 1
	ast.Inspect(body, func(node ast.Node) bool {
		switch x := node.(type) {
		case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt:
			n++
		case *ast.CaseClause:
			if x.List != nil {
				n++
			}
		case *ast.CommClause:
			if x.Comm != nil {
				n++
			}
		case *ast.BinaryExpr:
			if x.Op == token.LAND || x.Op == token.LOR {
				n++
			}
		}
		return true
	})
	return n
}
