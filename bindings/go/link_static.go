// SPDX-License-Identifier: MIT

//go:build icp_static

package icp

// #cgo pkg-config: --static libicp
// #cgo CFLAGS: -DICP_STATIC
import "C"
