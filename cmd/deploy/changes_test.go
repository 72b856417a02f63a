package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/server/admin"
)

func TestAServerMakesAChangeAndAnswersWhenItIsMade(t *testing.T) {
	r, made := requests(t), make(chan Change, 1)
	r.changing(t, nil, func(_ context.Context, c Change) error {
		if len(c.Ban) > 0 {
			return &RequestRefused{Reason: "not this one"}
		}
		made <- c
		return nil
	})
	if err := r.AskChange(t.Context(), Change{Home: admin.HomeChange{Delist: []string{"ping"}}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	if c := <-made; len(c.Home.Delist) != 1 || c.Home.Delist[0] != "ping" {
		t.Errorf("%+v", c)
	}
	err := r.AskChange(t.Context(), Change{Ban: []common.Address{{1}}}, time.Minute)
	if refused := (*RequestRefused)(nil); !errors.As(err, &refused) || refused.Reason != "not this one" {
		t.Errorf("%v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, r.prefix+"*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestAChangeThatNoServerAnswersIsTakenBackAndALateServerDropsIt(t *testing.T) {
	r := requests(t)
	if err := r.AskChange(t.Context(), Change{}, time.Nanosecond); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if left, _ := r.pending(); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	path := filepath.Join(r.dir, r.prefix+changePrefix+"killed"+requestEnd) // its process was killed while it waited
	if err := writeJSON(path, Change{Until: time.Now().Add(-time.Second)}); err != nil {
		t.Fatal(err)
	}
	err := r.answer(t.Context(), path, nil, func(context.Context, Change) error { t.Error("it was made"); return nil })
	if _, gone := os.Stat(path); err != nil || !os.IsNotExist(gone) {
		t.Errorf("%v, %v", err, gone)
	}
}

func TestFilesOfAnotherUserDoNotHoldUpRequests(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make files of another user")
	}
	r, made := requests(t), make(chan Change, 1)
	for n := range 2 * maxRequests {
		path := filepath.Join(r.dir, fmt.Sprintf("%s%s%03d%s", r.prefix, changePrefix, n, requestEnd))
		if err := errors.Join(os.WriteFile(path, []byte("{}"), 0o600), os.Chown(path, 20002, 20002)); err != nil {
			t.Fatal(err)
		}
	}
	r.changing(t, nil, func(_ context.Context, c Change) error { made <- c; return nil })
	if err := r.AskChange(t.Context(), Change{Home: admin.HomeChange{Delist: []string{"ping"}}}, time.Minute); err != nil {
		t.Fatal(err)
	}
	<-made
}

func TestARequestThatNoServerReadsIsNotWritten(t *testing.T) {
	r := requests(t)
	err := r.AskChange(t.Context(), Change{Ban: make([]common.Address, 1000)}, time.Minute)
	if err == nil || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}
