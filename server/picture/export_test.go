package picture

// ShareText returns the text that a picture shows of a share.
func ShareText(percent string) string {
	text, _ := shareText(percent)
	return text
}

// SealX, SealY and SealRadius are where a picture shows the seal.
const SealX, SealY, SealRadius = sealX, sealY, sealRadius
