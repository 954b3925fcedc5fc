/**
 * A first implementation: NestJS on Express, class-validator, and `repository.save()` of one row per request. Same
 * model, same columns.
 */
import 'reflect-metadata';
import { Body, Controller, HttpCode, Module, Post, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { IsString, MaxLength, MinLength } from 'class-validator';
import { Column, Entity, PrimaryGeneratedColumn, type Repository } from 'typeorm';
import { EmbeddedModel } from '#models';

class PredictBody {
  @IsString()
  @MinLength(1)
  @MaxLength(10_000)
  text!: string;
}

@Entity('stock_predictions')
class StockPrediction {
  @PrimaryGeneratedColumn('uuid') id!: string;
  @Column({ type: 'timestamptz' }) timestamp!: Date;
  @Column('text') input_text!: string;
  @Column({ type: 'varchar', length: 20 }) predicted_sentiment!: string;
  @Column('float8') confidence_score!: number;
  @Column('float8') latency_ms!: number;
  @Column({ type: 'varchar', length: 50 }) model_version!: string;
  @Column('jsonb') scores!: Record<string, number>;
  @Column() cache_hit!: boolean;
}

const model = new EmbeddedModel();
await model.load();

@Controller()
class StockController {
  constructor(@InjectRepository(StockPrediction) private readonly repository: Repository<StockPrediction>) {}

  @Post('predict')
  @HttpCode(200)
  async predict(@Body() body: PredictBody): Promise<StockPrediction> {
    const [answer] = await model.predict([body.text]);
    if (!answer) throw new Error('the model returned no prediction');
    return this.repository.save({
      timestamp: new Date(),
      input_text: body.text,
      predicted_sentiment: answer.label,
      confidence_score: answer.confidence,
      latency_ms: answer.latencyMs,
      model_version: model.version,
      scores: answer.scores,
      cache_hit: false,
    });
  }
}

@Module({
  imports: [
    TypeOrmModule.forRoot({
      type: 'postgres',
      url: process.env.BENCH_DB_URI,
      entities: [StockPrediction],
      synchronize: true,
      extra: { max: 10 },
    }),
    TypeOrmModule.forFeature([StockPrediction]),
  ],
  controllers: [StockController],
})
class StockModule {}

const app = await NestFactory.create(StockModule, { logger: false });
app.useGlobalPipes(new ValidationPipe({ whitelist: true, transform: true }));
await app.listen(0, '127.0.0.1');
process.stdout.write(`listening ${await app.getUrl()}\n`);
