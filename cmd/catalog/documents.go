package catalog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// documents checks what crawlers read besides the 402.
func (i *inspection) documents(ctx context.Context) {
	i.report.add(false, "openapi", i.openAPI(ctx))
	i.report.add(false, "well_known_x402", i.wellKnown(ctx))
	i.report.add(false, "llms_txt", i.llms(ctx))
	i.report.add(false, "favicon", i.icon(ctx))
	i.report.add(false, "other_methods", i.otherMethods(ctx))
}

// at returns the URL of a path of the same origin.
func (i *inspection) at(path string) string { return i.url.Scheme + "://" + i.url.Host + path }

// document reads a document of the origin, which must be of a type.
func (i *inspection) document(ctx context.Context, method, path, kind string) ([]byte, error) {
	res, err := i.get(ctx, method, i.at(path), kind)
	switch {
	case err != nil:
		return nil, err
	case res.status != http.StatusOK:
		return nil, fmt.Errorf("%s: status %d", path, res.status)
	case !strings.HasPrefix(res.header.Get("Content-Type"), strings.TrimSuffix(kind, "*")):
		return nil, fmt.Errorf("%s: type %.60q, expected %s", path, res.header.Get("Content-Type"), kind)
	}
	return res.body, nil
}

// openAPI checks that the document has this URL's path, with a 402 and the price of the 402.
func (i *inspection) openAPI(ctx context.Context) error {
	body, err := i.document(ctx, http.MethodGet, "/openapi.json", "application/json")
	if err != nil {
		return err
	}
	var doc struct {
		Paths map[string]map[string]operation `json:"paths"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return fmt.Errorf("read /openapi.json: %w", err)
	}
	op, ok := doc.Paths[i.url.Path]["get"]
	for path, item := range doc.Paths {
		if !ok && strings.Contains(path, "{") && fits(path, i.url.Path) {
			op, ok = item["get"]
		}
	}
	switch {
	case !ok:
		return fmt.Errorf("/openapi.json has no GET of %s", i.url.Path)
	case op.Responses["402"] == nil:
		return fmt.Errorf("GET of %s has no answer 402", i.url.Path)
	case op.Info == nil:
		return fmt.Errorf("GET of %s has no x-payment-info", i.url.Path)
	}
	return op.Info.agrees(i)
}

// fits reports whether a template such as /launches/{slug}/mint has a path.
func fits(template, path string) bool {
	return slices.EqualFunc(strings.Split(template, "/"), strings.Split(path, "/"), func(part, got string) bool {
		return part == got || strings.HasPrefix(part, "{") && got != ""
	})
}

type operation struct {
	Responses map[string]json.RawMessage `json:"responses"`
	Info      *paymentInfo               `json:"x-payment-info"`
}

type paymentInfo struct {
	Price *struct {
		Mode   string `json:"mode"`
		Amount string `json:"amount"`
	} `json:"price"`
}

// agrees compares a fixed price with that of the 402. Only the 402 is binding, so a document
// that differs misleads its readers.
func (p *paymentInfo) agrees(i *inspection) error {
	if p.Price == nil || p.Price.Mode != "fixed" || i.url.RawQuery != "" {
		return nil
	}
	asset, known := i.quote.Asset()
	if known && asset.Format(i.quote.Requirement.Amount) != p.Price.Amount {
		return fmt.Errorf("/openapi.json has the price %.40q, but the 402 asks for %s", p.Price.Amount, i.quote.Price())
	}
	return nil
}

// wellKnown checks that the list of resources has this one.
func (i *inspection) wellKnown(ctx context.Context) error {
	body, err := i.document(ctx, http.MethodGet, "/.well-known/x402", "application/json")
	if err != nil {
		return err
	}
	var doc struct {
		Resources []string `json:"resources"`
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return fmt.Errorf("read /.well-known/x402: %w", err)
	}
	if want := "GET " + i.report.Resource; !slices.Contains(doc.Resources, want) {
		return fmt.Errorf("/.well-known/x402 does not list %q", want)
	}
	return nil
}

func (i *inspection) llms(ctx context.Context) error {
	body, err := i.document(ctx, http.MethodGet, "/llms.txt", "text/plain")
	if err == nil && len(strings.TrimSpace(string(body))) == 0 {
		err = errors.New("/llms.txt is empty")
	}
	return err
}

func (i *inspection) icon(ctx context.Context) error {
	_, err := i.document(ctx, http.MethodHead, "/favicon.ico", "image/*")
	return err
}

// otherMethods checks that methods that do not mint ask for no payment: crawlers would
// list each of them.
func (i *inspection) otherMethods(ctx context.Context) error {
	for _, method := range []string{http.MethodPut, http.MethodDelete} {
		res, err := i.get(ctx, method, i.url.String(), "application/json")
		if err != nil {
			return err
		}
		if res.status == http.StatusPaymentRequired {
			return fmt.Errorf("%s is answered 402 too, so catalogues would list it", method)
		}
	}
	return nil
}
