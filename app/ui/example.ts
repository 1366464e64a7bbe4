import type { ReactElement } from 'react'

/** Named ways a component can look. Each is rendered, validated and checked for accessibility by the tests. */
export type Examples = Record<string, ReactElement>
