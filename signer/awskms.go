package signer

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
)

// awsKMS is a key of AWS KMS. The credentials come from where every AWS client takes them: the
// environment, the files in ~/.aws, or the role of the machine.
type awsKMS struct {
	client *kms.Client
	key    string // id, ARN or alias
}

func newAWS(ctx context.Context, at location) (backend, error) {
	if at.key == "" {
		return nil, errors.New("expected awskms:///KEY?region=REGION, where KEY is a key's id, its ARN, or alias/NAME")
	}
	endpoint, err := at.endpoint()
	if err != nil {
		return nil, err
	}
	var given []func(*config.LoadOptions) error
	if region := at.options["region"]; region != "" {
		given = append(given, config.WithRegion(region))
	} else if part := strings.Split(at.key, ":"); len(part) > 3 && part[0] == "arn" {
		given = append(given, config.WithRegion(part[3]))
	}
	settings, err := config.LoadDefaultConfig(ctx, given...)
	if err != nil {
		return nil, err
	}
	if settings.Region == "" {
		return nil, errors.New("no region is set: add ?region=REGION, or set AWS_REGION")
	}
	client := kms.NewFromConfig(settings, func(o *kms.Options) {
		if made, ok := settings.HTTPClient.(*awshttp.BuildableClient); ok { // with the certificates of AWS_CA_BUNDLE
			o.HTTPClient = &http.Client{Transport: bounded{made.GetTransport()}, CheckRedirect: noRedirect}
		} else {
			o.HTTPClient = newHTTP(nil)
		}
		if endpoint != "" {
			o.BaseEndpoint = aws.String(endpoint)
		}
	})
	return &awsKMS{client, at.key}, nil
}

func (k *awsKMS) account(ctx context.Context) (common.Address, error) {
	key, err := k.client.GetPublicKey(ctx, &kms.GetPublicKeyInput{KeyId: aws.String(k.key)})
	if err != nil {
		return common.Address{}, fmt.Errorf("GetPublicKey: %w", awsError(err))
	}
	if key.KeySpec != kmstypes.KeySpecEccSecgP256k1 || key.KeyUsage != kmstypes.KeyUsageTypeSignVerify {
		return common.Address{}, fmt.Errorf("the key is %.40s for %.40s; it must be ECC_SECG_P256K1 for SIGN_VERIFY", key.KeySpec, key.KeyUsage)
	}
	return accountOfDER(key.PublicKey)
}

func (k *awsKMS) sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error) {
	digest := types.LatestSignerForChainID(chainID).Hash(tx)
	signed, err := k.client.Sign(ctx, &kms.SignInput{
		KeyId: aws.String(k.key), Message: digest[:], MessageType: kmstypes.MessageTypeDigest, SigningAlgorithm: kmstypes.SigningAlgorithmSpecEcdsaSha256,
	})
	if err != nil {
		return nil, fmt.Errorf("Sign: %w", awsError(err))
	}
	return signatureOfDER(signed.Signature)
}

// awsError returns the code and the message of the service, without the SDK's words around
// them.
func awsError(err error) error {
	var answered smithy.APIError
	if errors.As(err, &answered) {
		return fmt.Errorf("%s: %s", answered.ErrorCode(), answered.ErrorMessage())
	}
	return err
}
