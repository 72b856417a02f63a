package checkout

// RefusedJSON is the header and the JSON of an object with another error.
func RefusedJSON(v any, was, message string) (header string, data []byte, err error) {
	_, f, err := newForm(v, was)
	if err != nil {
		return "", nil, err
	}
	return f.header(message), f.with(message, ""), nil
}

// Quoted is a text as JSON.
func Quoted(text string) (string, error) { return quoted(text) }
