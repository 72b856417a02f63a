package admin

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store/notes"
)

// Notes keeps private notes.
type Notes interface {
	Note(ctx context.Context, subject string) (notes.Note, error)
	Save(ctx context.Context, subject, text, author string) error
}

// noteJSON is a note. Its text is empty if there is no note.
type noteJSON struct {
	Of     string     `json:"of"`
	Text   string     `json:"text"`
	Author string     `json:"author,omitempty"`
	At     *time.Time `json:"at,omitempty"`
}

// maxNote is how many characters a note may have.
const maxNote = 2000

// showNote answers with the note about ?of=.
func (n numbers) showNote(c *fiber.Ctx, _ session) error {
	subject, err := n.subject(c, c.Query("of"))
	if err != nil {
		return err
	}
	return n.answerNote(c, subject)
}

// saveNote writes a note. An empty text deletes it.
func (n numbers) saveNote(c *fiber.Ctx, who session) error {
	var asked struct {
		Of   string `json:"of"`
		Text string `json:"text"`
	}
	if err := api.ReadBody(c, &asked); err != nil {
		return err
	}
	subject, err := n.subject(c, asked.Of)
	if err != nil {
		return err
	}
	text := strings.TrimSpace(strings.ReplaceAll(asked.Text, "\r\n", "\n"))
	unseen := func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' || r == utf8.RuneError }
	if utf8.RuneCountInString(text) > maxNote || strings.ContainsFunc(text, unseen) {
		return &api.ParamError{Field: "text", Expected: "at most 2000 characters of plain text"}
	}
	err = n.d.Notes.Save(c.UserContext(), subject, text, who.address.Hex())
	if errors.Is(err, notes.ErrFull) {
		return &api.HTTPError{Status: fiber.StatusConflict, Fault: api.Fault{Code: "conflict", Message: err.Error(), Field: "text"}}
	}
	if err != nil {
		return err
	}
	return n.answerNote(c, subject)
}

func (n numbers) answerNote(c *fiber.Ctx, subject string) error {
	note, err := n.d.Notes.Note(c.UserContext(), subject)
	if err != nil {
		return err
	}
	answer := noteJSON{Of: subject, Text: note.Text, Author: note.Author}
	if note.Text != "" {
		answer.At = &note.At
	}
	return c.JSON(answer)
}

// subject checks that a note is about a launch or an order of this server.
func (n numbers) subject(c *fiber.Ctx, of string) (string, error) {
	if n.d.Notes == nil {
		return "", fiber.ErrNotFound
	}
	kind, name, _ := strings.Cut(of, ":")
	switch kind {
	case "launch":
		if !mint.ValidSlug(name) {
			return "", mint.ErrNotFound
		}
		_, err := n.d.Presenter.Reader.Launch(c.UserContext(), name)
		return "launch:" + name, err
	case "order":
		id, err := mint.ParsePaymentID(name)
		if err != nil {
			break
		}
		_, err = n.d.Presenter.Reader.Order(c.UserContext(), id)
		return "order:" + id.String(), err
	}
	return "", &api.ParamError{Field: "of", Expected: "launch: and a launch's name, or order: and a payment id"}
}
