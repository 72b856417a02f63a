package main_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheWorkflowRunsEveryStage compares the stages of .ci/run with those of the
// workflow, so that a new stage is not left out of it.
func TestTheWorkflowRunsEveryStage(t *testing.T) {
	listed, err := exec.Command("bash", ".ci/run", "--list").Output()
	if err != nil {
		t.Fatal(err)
	}
	var stages []string
	for line := range strings.Lines(string(listed)) {
		stages = append(stages, strings.Fields(line)[0])
	}
	workflow, err := os.ReadFile(".github/workflows/ci.yml")
	if err != nil {
		t.Fatal(err)
	}
	m := regexp.MustCompile(`(?m)^ +stage: \[(.+)\]$`).FindSubmatch(workflow)
	if m == nil {
		t.Fatal("the workflow has no list of stages")
	}
	if run := strings.Split(string(m[1]), ", "); !slices.Equal(run, stages) || len(stages) == 0 {
		t.Errorf("the workflow runs %v, .ci/run has %v", run, stages)
	}
}

func TestAStageThatDoesNotExistIsRefusedBeforeAnyRuns(t *testing.T) {
	said, err := exec.Command("bash", ".ci/run", "fuzz", "nonsense").CombinedOutput()
	if err == nil || !strings.HasPrefix(string(said), "no stage nonsense") {
		t.Errorf("%v: %s", err, said)
	}
}
