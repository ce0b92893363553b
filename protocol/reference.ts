/**
 * The version of Pydantic AI whose engine and message JSON are followed.
 *
 * @since 0.1.0
 */
export const REFERENCE_VERSION = '2.68.0';
