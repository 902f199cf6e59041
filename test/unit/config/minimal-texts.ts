import type { BrokerConfig } from '../../../src/config/broker-config.ts'
import { type ConfigPlace, loadBrokerConfig } from '../../../src/config/load-broker-config.ts'

export const PLACE: ConfigPlace = { baseDirectory: '/srv/ottla', hostName: 'this.machine' }

/** The least that a file must have. */
const MINIMAL: Readonly<Record<string, string>> = {
  'process.roles': 'broker,controller',
  'node.id': '1',
  listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
  'controller.listener.names': 'CONTROLLER',
  'controller.quorum.bootstrap.servers': '127.0.0.1:9093',
}

/** The least, with changes; `undefined` takes a key away. */
export const load = (changes: Readonly<Record<string, string | undefined>> = {}): BrokerConfig => {
  const texts = new Map<string, string>()
  for (const [key, text] of Object.entries({ ...MINIMAL, ...changes })) {
    if (text !== undefined) texts.set(key, text)
  }
  return loadBrokerConfig(texts, PLACE)
}
