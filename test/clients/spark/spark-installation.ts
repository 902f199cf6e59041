import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { mavenJars } from '../../harness/maven.ts'
import { pythonEnvironment } from '../python-environment.ts'

export interface SparkInstallation {
  readonly python: string
  /** What `--jars` is given: the Kafka source and what Spark does not bring itself. */
  readonly jars: readonly string[]
}

const NOT_IN_SPARK = /^(spark-sql-kafka-0-10|spark-token-provider-kafka-0-10|kafka-clients|commons-pool2)/

/** PySpark with its Kafka source, both fetched once into the test cache. */
export const installSpark = async (version: string): Promise<SparkInstallation> => {
  const python = await pythonEnvironment({ name: `pyspark-${version}`, packages: [`pyspark==${version}`] })
  const { folder } = await mavenJars({
    name: `spark-sql-kafka-${version}`,
    artifacts: [`org.apache.spark:spark-sql-kafka-0-10_2.12:${version}`],
  })
  const jars = readdirSync(folder).filter(name => NOT_IN_SPARK.test(name))
  return { python, jars: jars.map(name => join(folder, name)) }
}
