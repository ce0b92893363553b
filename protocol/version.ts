/** The version of the protocol this package speaks. @since 0.1.0 */
export const PROTOCOL_VERSION = 1;
