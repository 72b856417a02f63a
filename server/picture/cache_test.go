package picture

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// cacheOf returns a cache whose pictures are their titles, and the number drawn.
func cacheOf() (*Cache, *int) {
	c, drawn := NewCache(&Renderer{}), new(int)
	c.draw = func(p Preview) ([]byte, error) {
		*drawn++
		return []byte(p.Title), nil
	}
	return c, drawn
}

func enter() (leave func(), ok bool) { return func() {}, true }

func TestAPictureIsDrawnOnceUntilItsPreviewChanges(t *testing.T) {
	c, drawn := cacheOf()
	for _, title := range []string{"one", "one", "two", "two"} {
		if png, err := c.PNG(t.Context(), "a", Preview{Title: title}, enter); err != nil || string(png) != title {
			t.Errorf("%s: %s %v", title, png, err)
		}
	}
	if *drawn != 2 {
		t.Errorf("drawn %d times", *drawn)
	}
}

func TestAFirstPictureThatMayNotWaitIsBusyAndALaterOneIsNot(t *testing.T) {
	c, _ := cacheOf()
	full := func() (func(), bool) { return nil, false }
	if _, err := c.PNG(t.Context(), "a", Preview{}, full); !errors.Is(err, ErrBusy) {
		t.Error(err)
	}
	left := 0
	if _, err := c.PNG(t.Context(), "a", Preview{}, func() (func(), bool) { return func() { left++ }, true }); err != nil || left != 1 {
		t.Errorf("%v, left %d times", err, left)
	}
	if _, err := c.PNG(t.Context(), "a", Preview{Title: "new"}, full); err != nil {
		t.Error(err)
	}
}

func TestAPictureThatCannotBeDrawnAgainLeavesTheLastOne(t *testing.T) {
	c, _ := cacheOf()
	if _, err := c.PNG(t.Context(), "a", Preview{Title: "one"}, enter); err != nil {
		t.Fatal(err)
	}
	for _, draw := range []func(Preview) ([]byte, error){
		func(Preview) ([]byte, error) { return nil, errors.New("no ink") },
		func(Preview) ([]byte, error) { panic("no paper") },
	} {
		c.draw = draw
		if png, err := c.PNG(context.Background(), "a", Preview{Title: "two"}, enter); err != nil || string(png) != "one" {
			t.Errorf("%s %v", png, err)
		}
	}
}

func TestThePictureThatWasAskedForLongestAgoGoesFirst(t *testing.T) {
	c, drawn := cacheOf()
	ask := func(subject string) {
		if _, err := c.PNG(t.Context(), subject, Preview{}, enter); err != nil {
			t.Fatal(err)
		}
	}
	for i := range maxPictures {
		ask(fmt.Sprint(i))
	}
	ask("0")
	ask("one more") // takes the place of 1
	before := *drawn
	if ask("0"); *drawn != before {
		t.Error("0 was dropped")
	}
	if ask("1"); *drawn != before+1 {
		t.Error("1 was kept")
	}
}
