package server_test

import (
	"io"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/conn/conntest"
	"github.com/mint402/mint402/server/servertest"
)

func TestARequestThatCanBeReadInTwoWaysIsRefusedAndItsConnectionClosed(t *testing.T) {
	w := open(t, servertest.Sale{})
	for name, request := range conntest.Ambiguous {
		c := w.dialFrom("127.0.0.1")
		_, err := io.WriteString(c, request+"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
		w.Must(err)
		all, err := io.ReadAll(c)
		if said := string(all); err != nil || !strings.HasPrefix(said, "HTTP/1.1 400 ") || strings.Count(said, "HTTP/1.1 ") != 1 ||
			!strings.Contains(said, "Connection: close") || !strings.Contains(said, `"code":"bad_request"`) {
			t.Errorf("%s: answered %.200q, %v", name, said, err)
		}
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
}

func TestARequestThatIsUnusualAndClearIsAnswered(t *testing.T) {
	w := open(t, servertest.Sale{})
	for name, request := range conntest.Unusual {
		if a := w.Raw(request); a.Status != 402 {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
}

func TestAHeadThatIsTooLongIsA431(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, request := range []string{
		"GET /" + strings.Repeat("a", 64<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET /mint HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 64<<10) + "\r\n\r\n",
		"GET /mint HTTP/1.1\r\nHost: x\r\n" + strings.Repeat("A: b\r\n", 16<<10) + "\r\n",
	} {
		w.Raw(request).Wants(431).Problem("headers_too_large")
	}
}

func TestABodyThatIsTooLargeIsRefusedBeforeItIsSent(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Raw("POST /mint HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 16385\r\nExpect: 100-continue\r\n\r\n").
		Wants(413).Unsettled().Problem("body_too_large")
}
