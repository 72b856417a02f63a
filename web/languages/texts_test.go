package languages_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"text/template/parse"

	"github.com/mint402/mint402/web/languages"
)

// TestEveryTextIsInEveryLanguage compares the catalogues with the sources. web/texts.mjs does
// the same for `npm run build`, and also finds English that no catalogue can have.
func TestEveryTextIsInEveryLanguage(t *testing.T) {
	texts := map[string]string{}
	for _, add := range []func(*testing.T, func(file, text string)){templateTexts, goTexts, scriptTexts} {
		before := len(texts)
		add(t, func(file, text string) { texts[text] = file })
		if len(texts) < before+30 {
			t.Fatalf("%d texts were found, and then %d: the search misses some", before, len(texts))
		}
	}
	for _, l := range languages.All()[1:] {
		catalogue := l.Catalogue()
		for text, file := range texts {
			switch translated := catalogue[text]; {
			case strings.TrimSpace(translated) == "":
				t.Errorf("%s.json: misses %q of %s", l.Code(), text, file)
			case placeholders(text) != placeholders(translated):
				t.Errorf("%s.json: %q has other placeholders: %q", l.Code(), text, translated)
			}
		}
		for text := range catalogue {
			if texts[text] == "" {
				t.Errorf("%s.json: no source has %q", l.Code(), text)
			}
		}
	}
}

func placeholders(text string) string {
	all := regexp.MustCompile(`\{/?[a-z]+\}`).FindAllString(text, -1)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " ")
}

func read(t *testing.T, file string) string {
	t.Helper()
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// glob returns the files of patterns.
func glob(t *testing.T, patterns ...string) (all []string) {
	t.Helper()
	for _, p := range patterns {
		found, err := filepath.Glob(p)
		if err != nil || len(found) == 0 {
			t.Fatal(p, found, err)
		}
		all = append(all, found...)
	}
	return all
}

// templateTexts finds the literals of t, rich and plural in the templates.
func templateTexts(t *testing.T, add func(file, text string)) {
	for _, file := range glob(t, "../pages/*.html") {
		tree := parse.New(file)
		tree.Mode = parse.SkipFuncCheck
		trees := map[string]*parse.Tree{}
		if _, err := tree.Parse(read(t, file), "", "", trees); err != nil {
			t.Fatal(err)
		}
		for _, tree := range trees {
			calls(tree.Root, func(args []parse.Node) {
				at := map[string][]int{"t": {1}, "rich": {1}, "plural": {2, 3}}[args[0].String()]
				for _, i := range at {
					if text, ok := args[i].(*parse.StringNode); ok {
						add(file, text.Text)
					} else {
						t.Errorf("%s: the text of %s has to be a literal", file, args[0])
					}
				}
			})
		}
	}
}

// calls calls see with each command of a template.
func calls(n parse.Node, see func(args []parse.Node)) {
	branch := func(b *parse.BranchNode) {
		calls(b.Pipe, see)
		calls(b.List, see)
		if b.ElseList != nil {
			calls(b.ElseList, see)
		}
	}
	switch n := n.(type) {
	case *parse.ListNode:
		for _, one := range n.Nodes {
			calls(one, see)
		}
	case *parse.ActionNode:
		calls(n.Pipe, see)
	case *parse.TemplateNode:
		if n.Pipe != nil {
			calls(n.Pipe, see)
		}
	case *parse.IfNode:
		branch(&n.BranchNode)
	case *parse.RangeNode:
		branch(&n.BranchNode)
	case *parse.WithNode:
		branch(&n.BranchNode)
	case *parse.PipeNode:
		for _, c := range n.Cmds {
			see(c.Args)
			for _, arg := range c.Args {
				calls(arg, see)
			}
		}
	}
}

// goTexts finds the literals of T, Rich, Key and Plural in Go code.
func goTexts(t *testing.T, add func(file, text string)) {
	at := map[string][]int{"T": {0}, "Rich": {0}, "Key": {0}, "Plural": {1, 2}}
	for _, file := range glob(t, "../*.go", "../../server/pages/*.go") {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if name, ok := call.Fun.(*ast.SelectorExpr); ok {
				for _, i := range at[name.Sel.Name] {
					if text, ok := call.Args[i].(*ast.BasicLit); ok {
						value, _ := strconv.Unquote(text.Value)
						add(file, value)
					}
				}
			}
			return true
		})
	}
}

var (
	scriptText   = regexp.MustCompile(`(?:^|[^\w.])(?:t|parts(?:<[^(]*>)?)\(\s*"((?:[^"\\\n]|\\.)*)"`)
	scriptPlural = regexp.MustCompile(`\bplural\([^"]*"((?:[^"\\\n]|\\.)*)",\s*"((?:[^"\\\n]|\\.)*)"`)
)

// scriptTexts finds the literals of t, parts and plural in the scripts of the pages.
func scriptTexts(t *testing.T, add func(file, text string)) {
	err := filepath.WalkDir("../src", func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() && entry.Name() == "admin" {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(file); ext != ".ts" && ext != ".tsx" || strings.HasSuffix(file, ".test.ts") || strings.HasSuffix(file, "/language.ts") {
			return nil
		}
		source := read(t, file)
		for _, m := range slices.Concat(scriptText.FindAllStringSubmatch(source, -1), scriptPlural.FindAllStringSubmatch(source, -1)) {
			for _, text := range m[1:] {
				value, err := strconv.Unquote(`"` + text + `"`)
				if err != nil {
					t.Errorf("%s: %s: %v", file, text, err)
				}
				add(file, value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
