package api

// BlockOf is [Chain.block].
var BlockOf = (*Chain).block
