package picture

// SealText returns what a seal shows of a share.
func SealText(percent string) string {
	text, _ := sealText(percent)
	return text
}
