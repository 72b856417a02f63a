package cmd

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/deploy"
)

const listingHelp = `
    --token ADDRESS     the contract of a launch; may be repeated
    --slug NAME         its name in paths (default from its symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --deployed-at N     the block it was deployed in (default: found)`

// listingFlags has the flags that register launches in a database: the tokens of the
// launches, and the seller's choices for a launch if it is the only one.
type listingFlags struct {
	tokens                   []string
	slug, description, image string
	deployedAt               uint64
}

func (l *listingFlags) add(c *cobra.Command) {
	c.Flags().StringSliceVar(&l.tokens, "token", nil, "")
	c.Flags().StringVar(&l.slug, "slug", "", "")
	c.Flags().StringVar(&l.description, "description", "", "")
	c.Flags().StringVar(&l.image, "image", "", "")
	c.Flags().Uint64Var(&l.deployedAt, "deployed-at", 0, "")
}

// all returns a listing for each --token.
func (l *listingFlags) all() ([]deploy.Listing, error) {
	if len(l.tokens) != 1 && (l.slug != "" || l.description != "" || l.image != "" || l.deployedAt != 0) {
		return nil, usage("--slug, --description, --image and --deployed-at need exactly one --token")
	}
	var all []deploy.Listing
	for _, t := range l.tokens {
		token, err := parseAddress("--token", strings.TrimSpace(t))
		if err != nil {
			return nil, err
		}
		all = append(all, deploy.Listing{Token: token, Slug: l.slug, Description: l.description, Image: l.image, DeployedAt: l.deployedAt})
	}
	return all, nil
}
