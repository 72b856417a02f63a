package profile

import (
	"bytes"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// safe is a Markdown renderer without raw HTML. Its transformer leaves only what the
// allow-list of tidy has.
var safe = goldmark.New(goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(tidy{}, 100))))

// Markdown renders a long description. HTML in it is dropped, and pictures are shown as
// their text: a page never loads one from elsewhere. Links lead to https URLs of named
// hosts only, and pass on neither rank nor the page's address.
func Markdown(source string) template.HTML {
	var b bytes.Buffer
	if err := safe.Convert([]byte(source), &b); err != nil {
		return template.HTML(template.HTMLEscapeString(source))
	}
	return template.HTML(b.String()) // the renderer escapes all text
}

// tidy is a transformer of parsed Markdown.
type tidy struct{}

// Transform implements parser.ASTTransformer.
func (tidy) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var all []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the function returns no error
		if entering {
			all = append(all, n)
		}
		return ast.WalkContinue, nil
	})
	for _, n := range all {
		switch n := n.(type) {
		case *ast.RawHTML, *ast.HTMLBlock:
			n.Parent().RemoveChild(n.Parent(), n)
		case *ast.Image:
			unwrap(n)
		case *ast.Link:
			to, err := link(string(n.Destination))
			if err != nil || to == "" {
				unwrap(n)
				continue
			}
			n.Destination, n.Title = []byte(to), nil
			n.SetAttributeString("rel", []byte("nofollow noopener noreferrer ugc"))
		case *ast.AutoLink:
			to, err := link(string(n.URL(reader.Source())))
			if err != nil || n.AutoLinkType == ast.AutoLinkEmail {
				n.Parent().ReplaceChild(n.Parent(), n, ast.NewString([]byte(template.HTMLEscapeString(string(n.Label(reader.Source()))))))
				continue
			}
			as := ast.NewLink()
			as.Destination = []byte(to)
			as.SetAttributeString("rel", []byte("nofollow noopener noreferrer ugc"))
			as.AppendChild(as, ast.NewString([]byte(template.HTMLEscapeString(to))))
			n.Parent().ReplaceChild(n.Parent(), n, as)
		case *ast.Heading:
			n.Level = min(n.Level+2, 6) // the page has h1 and h2
		}
	}
}

// unwrap puts the children of a node in its place.
func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		n.RemoveChild(n, c)
		parent.InsertBefore(parent, n, c)
	}
	parent.RemoveChild(parent, n)
}
